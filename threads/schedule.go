package threads

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weft"
)

// A Schedule says, in a string, how to repeat a run: with a seed, or with deviations from the default schedule. It
// names the module, what scheduling points there are, and the version of all that decides what a step, a point and a
// seed mean.
//
//	weft1:5d2c0a91:steps:walk:42
//	weft1:5d2c0a91:steps:1.7>2,2.1+120>3,2@3fa.1>1
type Schedule struct {
	// Module are the first 8 hexadecimal digits of its SHA-256.
	Module string
	// Seed is that of a [RandomWalk], if Seeded; else Deviations are those of a [Replay].
	Seeded     bool
	Seed       uint64
	Deviations []Deviation
}

const (
	scheduleVersion = "weft1"
	schedulePoints  = "steps" // calls, turns of loops and atomic accesses are steps; what Kind has are points
	scheduleWalk    = "walk"
)

// ModuleHash returns what a Schedule calls a module, by its bytes.
func ModuleHash(module []byte) string {
	sum := sha256.Sum256(module)
	return hex.EncodeToString(sum[:4])
}

func (s *Schedule) String() string {
	how := scheduleWalk + ":" + strconv.FormatUint(s.Seed, 10)
	if !s.Seeded {
		var list []string
		for _, d := range s.Deviations {
			list = append(list, d.String())
		}
		how = strings.Join(list, ",")
	}
	return strings.Join([]string{scheduleVersion, s.Module, schedulePoints, how}, ":")
}

// ParseSchedule reads what String has written. The error says why a string does not fit: also for that of another
// version, or with other points.
func ParseSchedule(text string) (*Schedule, error) {
	parts := strings.SplitN(text, ":", 4)
	switch {
	case len(parts) < 4:
		return nil, fmt.Errorf("threads: %q is not a schedule: it has the form VERSION:MODULE:POINTS:HOW", text)
	case parts[0] != scheduleVersion:
		return nil, fmt.Errorf("threads: the schedule is of version %q, this is %q", parts[0], scheduleVersion)
	case parts[2] != schedulePoints:
		return nil, fmt.Errorf("threads: the schedule has the points %q, this has %q", parts[2], schedulePoints)
	}
	s := &Schedule{Module: parts[1]}
	if seed, ok := strings.CutPrefix(parts[3], scheduleWalk+":"); ok {
		var err error
		if s.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
			return nil, fmt.Errorf("threads: %q is not a seed", seed)
		}
		s.Seeded = true
		return s, nil
	}
	if parts[3] == "" {
		return s, nil // the default schedule
	}
	for d := range strings.SplitSeq(parts[3], ",") {
		deviation, err := ParseDeviation(d)
		if err != nil {
			return nil, err
		}
		s.Deviations = append(s.Deviations, deviation)
	}
	return s, nil
}

// Fits says why a schedule is not one for a module, by its bytes.
func (s *Schedule) Fits(module []byte) error {
	if hash := ModuleHash(module); hash != s.Module {
		return fmt.Errorf("threads: the schedule is for the module %s, this one is %s", s.Module, hash)
	}
	return nil
}

// Sites returns the offsets of the instructions that must be watched ([weft.Engine.CompileWatched]) to repeat the run, in
// order; none if it says nothing of such.
func (s *Schedule) Sites() []uint32 {
	var sites []uint32
	for _, d := range s.Deviations {
		if d.Site != 0 {
			sites = append(sites, d.Site)
		}
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

// Watch is for [Config.Watch], with a module of which the Sites are watched: each is a point.
func (s *Schedule) Watch() func(*Thread, *weft.Watched, *Point) bool {
	sites := s.Sites()
	return func(_ *Thread, w *weft.Watched, p *Point) bool {
		p.Kind, p.Site = Access, sites[w.Index]
		return true
	}
}

// Strategy returns the strategy that repeats the run.
func (s *Schedule) Strategy() Strategy {
	if s.Seeded {
		return NewRandomWalk(s.Seed)
	}
	return NewReplay(s.Deviations...)
}
