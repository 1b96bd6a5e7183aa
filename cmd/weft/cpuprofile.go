package main

import (
	"os"
	"time"

	"weft"
)

// sampleInterval is the time between samples of a CPU profile.
const sampleInterval = 10 * time.Millisecond

// A cpuProfile is a profile that is being taken, to be written to a file.
type cpuProfile struct {
	file     *os.File
	profiler *weft.CPUProfiler
	start    time.Time
}

// startCPUProfile begins a profile of the stores of engines with the profiler.
func startCPUProfile(name string, profiler *weft.CPUProfiler) (*cpuProfile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &cpuProfile{f, profiler, time.Now()}, profiler.Start(sampleInterval)
}

// write ends the profile and writes it.
func (p *cpuProfile) write(module string) error {
	samples := p.profiler.Stop()
	err := weft.WriteProfile(p.file, samples, weft.ProfileInfo{
		Module: module, Interval: sampleInterval, Start: p.start, Duration: time.Since(p.start)})
	if e := p.file.Close(); err == nil {
		err = e
	}
	return err
}
