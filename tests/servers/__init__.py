"""Model servers for tests: a real llama.cpp on a model of our own making, and doubles of servers that misbehave."""
