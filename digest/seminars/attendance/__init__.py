"""Who came: attendance sheets, scans, certificates, what they thought of it."""
