"""One deck in, a whole course out: take in, plan, render with each engine, fill the output folder."""
