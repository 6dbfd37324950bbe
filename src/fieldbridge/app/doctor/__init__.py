"""The doctor: what is well, what is not, and what to do; and a bundle for whoever helps."""
