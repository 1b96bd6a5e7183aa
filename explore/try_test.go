package explore

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"weft"
)

func TestTry(t *testing.T) {
	file := os.Getenv("TRY")
	if file == "" {
		t.Skip("no file")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), b, Config{Time: 20 * time.Second, Executor: weft.Executor(len(os.Getenv("NATIVE")))})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d schedules, %d distinct, %d points, %v, failure %v found %d by %s: %s\n", r.Schedules, r.Distinct, r.Points, r.Elapsed, r.Failure, r.Found, r.Strategy, r.Schedule)
	fmt.Println("races", len(r.Races), "complete", r.Complete, r.Exhausted)
	if r.Failure != nil {
		for _, e := range r.Failure.Threads {
			fmt.Println(e.ID, e.State, e.Address, e.Stack.String())
		}
	}
	for _, e := range r.Trace {
		fmt.Printf("%+v\n", e)
	}
	for _, e := range r.Races {
		fmt.Printf("race %#x %v\n%s\n%s\n", e.Address, e.Harm, e.First.Stack.String(), e.Second.Stack.String())
	}
}
