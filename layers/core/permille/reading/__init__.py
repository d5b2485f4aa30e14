"""What people read: counts and entries prepared for pages, mails and tables. Pure."""
