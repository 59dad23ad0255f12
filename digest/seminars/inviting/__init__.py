"""Who is invited: groups, their preview, invitations and what is asked again."""
