"""The telephone line: the state of a call, what is said in it, and the VoiceXML documents that say it."""
