"""KPI tables as spreadsheets: out in the city's own layout, and in again."""
