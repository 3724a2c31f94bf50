package sandbox

import "time"

// watchful makes sure that somebody watches the workers while calls are under way.
func (p *Pool) watchful() {
	if p.watched.CompareAndSwap(false, true) {
		p.wake <- struct{}{}
	}
}

// watch looks at the workers every few milliseconds while calls are under way, from outside: some built-ins of the
// engine never look at a limit. It kills those that are late or large. One watch for all calls costs each of them
// next to nothing.
func (p *Pool) watch() {
	tick := time.NewTicker(watchEvery)
	tick.Stop()
	for {
		select {
		case <-p.closed:
			return
		case <-p.wake:
			tick.Reset(watchEvery)
		case now := <-tick.C:
			if p.look(now) {
				continue
			}
			// Nobody is at work: sleep, unless somebody began just now and relies on this watch.
			tick.Stop()
			p.watched.Store(false)
			if p.look(now) {
				p.watchful()
			}
		}
	}
}

// look kills workers that are late or large, and reports whether any call is under way.
func (p *Pool) look(now time.Time) bool {
	most := residentLimit(p.options.MemoryLimit)
	anybody := false
	for _, w := range p.workers() {
		late, underWay := w.late(now)
		anybody = anybody || underWay
		switch {
		case late:
			p.condemn(w, killedLate)
		case underWay && resident(w.command.Process.Pid) > most:
			p.condemn(w, killedLarge)
		}
	}
	return anybody
}

func (p *Pool) condemn(w *process, reason why) {
	if w.condemn(0, reason) {
		p.stats.kills.Add(1)
	}
}

// workers are the workers alive.
func (p *Pool) workers() []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	workers := make([]*process, 0, len(p.alive))
	for w := range p.alive {
		workers = append(workers, w)
	}
	return workers
}
