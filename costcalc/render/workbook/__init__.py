"""The workbook: a report as XLSX, with formulas where somebody turns a slider."""
