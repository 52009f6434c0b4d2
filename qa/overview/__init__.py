"""A briefing at a glance, and a name across briefings: what one reads without asking."""
