#ifndef WEFT_THREAD_H
#define WEFT_THREAD_H

#include <pthread.h>

enum { maxKeys = 128, defaultStack = 128 << 10 };

// What becomes of a thread's memory: whoever ends the thread or detaches it decides by one exchange.
enum { joinable, detached, ended };

// A thread lies at the end of the memory that it has: its stack, if the program has none for it, its thread-local
// variables, and this.
struct __pthread {
	int *stack;         // where it begins; it grows downwards
	int done;           // 1 when the thread does not use its stack any more; joining waits for it
	int fate;           // joinable, detached or ended
	int taken;          // 1 when somebody joins it, or it is detached: nobody else may join it
	struct __pthread *known; // the thread itself, until its memory is freed
	int id;             // of the host, 1 and more
	char *memory;       // of all this
	char *locals;       // thread-local variables
	void *(*start)(void *);
	void *argument;
	void *result;
	int cancelled;
	int cancelling;     // a lock that others have while they cancel this thread
	int waitsAt;        // the address of the word that it waits for, if cancelling ends that
	int cancelState;
	int cancelType;
	struct pthread_cleanup *cleanup;
	void *specific[maxKeys];
	char name[16];
	struct __pthread *nextDead;
};

// known tells whether there is a thread. A program that asks for one that is gone has an error, which is found out as
// long as nothing else lies where the thread was.
static inline int known(struct __pthread *t) { return t && t->known == t; }

// There are no other processes, so what is shared with them is like what is private: only the value is kept.
static inline int knows_shared(int shared) {
	return shared == PTHREAD_PROCESS_PRIVATE || shared == PTHREAD_PROCESS_SHARED;
}

// thread_id returns the identity of the running thread.
int thread_id(void);

// may_schedule tells why a thread may not have a policy and a priority, or 0.
int may_schedule(int policy, int priority);

// run_destructors runs the destructors of the thread's keys.
void run_destructors(struct __pthread *);

#endif
