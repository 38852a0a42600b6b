"""The program under torture: kills, failing calls, full disks, two commands at once, hostile answers and text."""
