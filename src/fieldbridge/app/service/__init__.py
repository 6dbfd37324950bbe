"""The service: what keeps `fieldbridge run` alive, by the means the system has."""
