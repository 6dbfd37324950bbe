"""Images: what changed at the site is looked at, judged, and put into the catalogue; what is gone is taken out.

A look and the making of pictures both go on in small turns, so that neither a large folder nor a crash loses work.
"""
