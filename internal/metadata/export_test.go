package metadata

import "jackfield/internal/connector"

// Summarize is what the basic form of Element prints.
func Summarize(d *connector.Definition) Summary { return summarize(d, statedBy(d)) }
