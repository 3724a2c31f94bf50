package act365

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// scenario is a built-in misbehaviour (reference/act365.md §12.5).
type scenario struct {
	name, says string
	// rule is nil for scenarios that work otherwise.
	rule func(now time.Time) *fault
}

// throttledRate is the calls per window of the scenario "throttled".
const throttledRate = 10

func scenarios() []scenario {
	chance := 0.05
	return []scenario{
		{"flaky", "one call in twenty answers 503 with Retry-After: 1", func(time.Time) *fault {
			return &fault{match: faultMatch{Probability: &chance},
				action: faultAction{Status: 503, Headers: map[string]string{"Retry-After": "1"}}}
		}},
		{"slow", "every answer takes 2 to 6 seconds", func(time.Time) *fault {
			return &fault{action: faultAction{DelayMs: 2000, DelayJitterMs: 4000}}
		}},
		{"throttled", "10 calls per rate window", nil},
		{"outage", "every call answers 502 for 60 seconds", func(now time.Time) *fault {
			return &fault{action: faultAction{Status: 502}, until: now.Add(60 * time.Second)}
		}},
		{"expired-key", "every call after the 20th answers 401", func(time.Time) *fault {
			return &fault{match: faultMatch{After: 20}, action: faultAction{Status: 401}}
		}},
		{"html-error", "every call answers 500 with an HTML page", func(time.Time) *fault {
			return &fault{action: faultAction{Status: 500, HTMLBody: true}}
		}},
		{"half-body", "every answer is cut in its middle", func(time.Time) *fault {
			return &fault{action: faultAction{half: true}}
		}},
		{"dup-pages", "a record is inserted before the first one after each page of a list", nil},
	}
}

func scenarioNames() []string {
	var names []string
	for _, sc := range scenarios() {
		names = append(names, sc.name)
	}
	return names
}

// setScenario ends the running scenario and starts another; "none" or nothing only ends it.
func (s *Simulator) setScenario(name string) error {
	if name == "" {
		name = "none"
	}
	list := scenarios()
	i := slices.IndexFunc(list, func(sc scenario) bool { return sc.name == name })
	if i < 0 && name != "none" {
		return fmt.Errorf("there is no scenario %q; there are none, %s", name, strings.Join(scenarioNames(), ", "))
	}
	t := &s.faults
	t.mu.Lock()
	t.list = slices.DeleteFunc(t.list, func(f *fault) bool { return f.scenario })
	t.scenario = name
	t.mu.Unlock()
	if i < 0 || list[i].rule == nil {
		return nil
	}
	f := list[i].rule(s.clock.now())
	f.left, f.scenario = -1, true
	t.add(f)
	return nil
}

func (s *Simulator) isScenario(name string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.scenario == name
}

// rateNow is the limit in force.
func (s *Simulator) rateNow() int {
	if s.isScenario("throttled") {
		return throttledRate
	}
	return s.options.Rate
}

// afterList inserts a record before the first one when the scenario asks for it, so that the last
// record of this page comes again as the first of the next.
func (s *Simulator) afterList(c *call, key string, q *query) {
	if !s.isScenario("dup-pages") || q.order != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := c.account().collections[key].rows
	if len(rows) == 0 {
		return
	}
	m := c.account().collections[key].model
	first, dated := m.get(rows[0], "created").(instant)
	if next := s.maker(c.who.user.account, key, int64(len(rows))); next != nil && dated {
		c.account().save(key, next(len(rows), instant{ms: first.ms - 1000}))
	}
}
