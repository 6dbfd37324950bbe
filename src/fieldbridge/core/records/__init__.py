"""Records: the immutable business objects that flows read, plan and deliver."""
