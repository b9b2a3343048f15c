"""Microsoft Teams: Microsoft Graph change notifications, pages and single resources."""
