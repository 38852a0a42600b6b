"""What templates and feeds show: plain values, ready to be placed. Pure."""
