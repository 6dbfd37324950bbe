"""The application: settings, wiring, and the operations that commands and pages call."""
