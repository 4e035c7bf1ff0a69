"""E2, the video factory: a branded explainer video from raw material."""
