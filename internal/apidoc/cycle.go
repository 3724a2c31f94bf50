package apidoc

// breakCycles cuts definitions that are nothing but each other: a reference to itself, over however many
// steps, and allOf that leads back. Properties and lists may lead back; those are not touched.
func breakCycles(definitions map[string]schema) {
	const (
		unseen = iota
		open
		done
	)
	state := map[string]int{}
	var visit func(name string)
	var cut func(s schema) bool
	// cut reports whether a schema leads to an open definition, after having visited where it leads.
	cut = func(s schema) bool {
		if ref, ok := s["$ref"].(string); ok {
			name := target(ref)
			if _, known := definitions[name]; !known || state[name] == open {
				return true
			}
			visit(name)
			return false
		}
		parts, _ := s["allOf"].([]any)
		kept := parts[:0]
		for _, part := range parts {
			if p, ok := part.(schema); ok && !cut(p) {
				kept = append(kept, part)
			}
		}
		switch {
		case len(kept) > 0:
			s["allOf"] = kept
		case parts != nil:
			delete(s, "allOf")
		}
		return false
	}
	visit = func(name string) {
		if state[name] != unseen {
			return
		}
		state[name] = open
		if cut(definitions[name]) {
			definitions[name] = schema{"type": "object"}
		}
		state[name] = done
	}
	for _, name := range sortedNames(definitions) {
		visit(name)
	}
}
