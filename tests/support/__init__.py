"""What tests of the whole product share: a local Xero, databases of both kinds, a connected site."""
