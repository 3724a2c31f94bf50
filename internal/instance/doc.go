// Package instance keeps connector instances: a customer's authenticated connection to one provider, with its
// token, its configuration and its state (reference/instances.md). What needs the provider, such as checking
// credentials, is done by the caller between Prepare and Create or between Change and Save.
package instance
