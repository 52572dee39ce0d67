"""The pricebook: dated, sourced prices; reading, resolving names, and the schedules that they follow."""
