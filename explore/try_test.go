package explore

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

func TestTry(t *testing.T) {
	for _, f := range os.Args[len(os.Args)-1:] {
		_ = f
	}
	file := os.Getenv("TRY")
	if file == "" {
		t.Skip("no file")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), b, Config{Time: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d schedules, %d distinct, %d points, %v, failure %v found %d by %s: %s\n", r.Schedules, r.Distinct, r.Points, r.Elapsed, r.Failure, r.Found, r.Strategy, r.Schedule)
	fmt.Println("races", len(r.Races), "complete", r.Complete, r.Exhausted)
	for _, e := range r.Trace {
		fmt.Printf("%+v\n", e)
	}
	for _, e := range r.Races {
		fmt.Printf("race %#x %v\n%s\n%s\n", e.Address, e.Harm, e.First.Stack.String(), e.Second.Stack.String())
	}
}
