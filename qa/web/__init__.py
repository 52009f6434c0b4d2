"""The web chat's pages in gradio: layout and wiring; what is shown is made elsewhere in `qa`."""
