package connector

import "jackfield/internal/ceql"

// knownConverter reports whether the platform can run a converter of the where expression. A definition that
// names another one is invalid (reference/ceql.md §8.4).
func knownConverter(name string) bool { return ceql.Known(name) }
