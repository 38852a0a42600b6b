"""What the workflows and the Makefile run beside the program: `python -m scripts.NAME`, in the root."""
