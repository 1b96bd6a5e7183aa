// Two pointers that belong together are published one after the other. Who sees the first one takes the second one for
// there. Null pointer.
#include "bug.h"

#include <stdatomic.h>

struct key {
	int uses, of;
};

static struct key first, second;
static struct key *_Atomic ring, *_Atomic session;

static void *publish(void *unused) {
#ifdef FIXED
	atomic_store(&session, &second);
	atomic_store(&ring, &first);
#else
	atomic_store(&ring, &first);
	atomic_store(&session, &second);
#endif
	return 0;
}

// count is what no other thread does.
static void count(struct key *k) { k->of++; }

static void *use(void *unused) {
	if (atomic_load(&ring))
		count(atomic_load(&session));
	return 0;
}

int main(void) {
	start(publish, 0);
	start(use, 0);
	join();
}
