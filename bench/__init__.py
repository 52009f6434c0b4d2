"""Speed side by side, as ratios within one run; the product never imports it."""
