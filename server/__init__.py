"""Extensions of the Rasa server: where answers come from, where trackers are kept, and how they are erased."""
