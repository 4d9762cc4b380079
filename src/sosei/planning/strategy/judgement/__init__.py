"""How a KPI is judged: plain Python on decimals; no Django (but for `wording`), no database, no clock."""
