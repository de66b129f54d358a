"""OneSignal: users and their aliases."""
