"""The reply to a turn: from what was said in the conversation and what the base holds, always the same one."""
