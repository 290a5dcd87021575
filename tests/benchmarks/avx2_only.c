/* Programs see a processor with AVX2 at most: its answers to CPUID leave AVX-512, VNNI, bfloat16 and AMX out.
 *
 *     gcc -O2 -shared -fPIC -o avx2_only.so tests/benchmarks/avx2_only.c
 *     LD_PRELOAD=./avx2_only.so make bench
 *
 * Linux on x86-64, where the processor can make CPUID fault (cpuid_fault in /proc/cpuinfo). Every library then chooses
 * its code as on such a machine; clock and caches stay those of this one. ONEDNN_MAX_CPU_ISA does not do: only a part
 * of OpenVINO 2026.4 heeds it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012

static void allow(long on) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, on); }

static void answer(int number, siginfo_t *info, void *context) {
    (void)number, (void)info;
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint8_t *at = (const uint8_t *)r[REG_RIP];
    if (at[0] != 0x0f || at[1] != 0xa2) { /* another fault: it happens again, and ends the program */
        signal(SIGSEGV, SIG_DFL);
        return;
    }
    uint32_t leaf = r[REG_RAX], part = r[REG_RCX], a, b, c, d;
    allow(1);
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf), "c"(part));
    allow(0);
    if (leaf == 7 && part == 0) {
        b &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31); /* AVX-512 */
        c &= ~(1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14);
        d &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25); /* the last four: AMX, fp16 */
    } else if (leaf == 7 || leaf == 0x1d || leaf == 0x1e || leaf == 0x24) {
        a = b = c = d = 0;
    }
    r[REG_RAX] = a, r[REG_RBX] = b, r[REG_RCX] = c, r[REG_RDX] = d;
    r[REG_RIP] += 2;
}

__attribute__((constructor)) static void begin(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, 0);
    allow(0);
}
