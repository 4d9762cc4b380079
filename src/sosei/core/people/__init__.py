"""Who is acting, for which municipality or organisation, in which role, with which consents."""
