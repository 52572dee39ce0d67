"""A check on the page, in a pull request, as annotations, JUnit, SARIF, JSON and rows."""
