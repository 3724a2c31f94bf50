package act365

import (
	"strconv"
	"time"
)

// instant is a point in time as the provider keeps it: milliseconds since 1970 UTC, and the
// offset in minutes it is written with. Two instants are equal when their milliseconds are.
type instant struct {
	ms     int64
	offset int16
}

func instantOf(t time.Time) instant { return instant{ms: t.UnixMilli()} }

func (i instant) time() time.Time { return time.UnixMilli(i.ms).UTC() }

func (i instant) seconds() int64 {
	if i.ms < 0 {
		return 0
	}
	return i.ms / 1000
}

// appendTo writes ISO-8601 with milliseconds; an instant on a full second is written without a
// fraction, because both forms occur in the wild (reference/act365.md §3).
func (i instant) appendTo(dst []byte) []byte {
	t := time.UnixMilli(i.ms + int64(i.offset)*60_000).UTC()
	layout := "2006-01-02T15:04:05.000"
	if i.ms%1000 == 0 {
		layout = "2006-01-02T15:04:05"
	}
	dst = t.AppendFormat(dst, layout)
	if i.offset == 0 {
		return append(dst, 'Z')
	}
	minutes := int(i.offset)
	sign := byte('+')
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	dst = append(dst, sign, byte('0'+minutes/600), byte('0'+minutes/60%10), ':')
	return append(dst, byte('0'+minutes%60/10), byte('0'+minutes%10))
}

func (i instant) String() string { return string(i.appendTo(nil)) }

// parseInstant reads yyyy-mm-dd, optionally with a time of hours and minutes or finer, 0 to 7
// fractional digits, and Z or an offset. Without an offset the time is UTC. The result is in UTC.
func parseInstant(s string) (instant, bool) {
	r := dateReader{rest: s, ok: true}
	year, month, day := r.digits(4), r.after('-').digits(2), r.after('-').digits(2)
	var hour, minute, second, ms, offset int
	if r.ok && r.rest != "" {
		if r.rest[0] != 'T' && r.rest[0] != ' ' {
			return instant{}, false
		}
		r.rest = r.rest[1:]
		hour, minute = r.digits(2), r.after(':').digits(2)
		if r.next(':') {
			second = r.digits(2)
			if r.next('.') {
				ms = r.fraction()
			}
		}
		offset = r.zone()
	}
	if !r.ok || r.rest != "" || hour > 23 || minute > 59 || second > 59 || year == 0 {
		return instant{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != day {
		return instant{}, false
	}
	return instant{ms: t.UnixMilli() + int64(ms) - int64(offset)*60_000}, true
}

// dateReader takes a date apart from the left; ok turns false at the first thing that does not fit.
type dateReader struct {
	rest string
	ok   bool
}

func (r *dateReader) digits(n int) int {
	if len(r.rest) < n {
		r.ok = false
		return 0
	}
	value := 0
	for i := range n {
		c := r.rest[i]
		if c < '0' || c > '9' {
			r.ok = false
			return 0
		}
		value = value*10 + int(c-'0')
	}
	r.rest = r.rest[n:]
	return value
}

// after demands a separator.
func (r *dateReader) after(c byte) *dateReader {
	if !r.next(c) {
		r.ok = false
	}
	return r
}

// next takes a separator when it is there.
func (r *dateReader) next(c byte) bool {
	if r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// fraction reads 1 to 7 digits and gives whole milliseconds.
func (r *dateReader) fraction() int {
	n := 0
	for n < len(r.rest) && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	if n == 0 || n > 7 {
		r.ok = false
		return 0
	}
	ms, _ := strconv.Atoi((r.rest[:n] + "00")[:3])
	r.rest = r.rest[n:]
	return ms
}

// zone reads Z, an offset as ±hh:mm or ±hhmm, or nothing, and gives minutes east of UTC.
func (r *dateReader) zone() int {
	if r.rest == "" || r.next('Z') {
		return 0
	}
	sign := 1
	switch {
	case r.next('+'):
	case r.next('-'):
		sign = -1
	default:
		r.ok = false
		return 0
	}
	hours := r.digits(2)
	r.next(':')
	minutes := r.digits(2)
	if hours > 14 || minutes > 59 {
		r.ok = false
	}
	return sign * (hours*60 + minutes)
}
