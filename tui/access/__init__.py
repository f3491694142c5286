"""The rules of API Clients as pure functions: who may use which one, by which grants, and why."""
