"""One HTTP stack: retry > pace > sign > record > wire. Each layer is a function around the next."""
