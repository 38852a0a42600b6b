"""The services that announcements go to, one module each; a row in TARGETS names it."""
