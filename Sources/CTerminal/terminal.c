#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

int ksx_wcwidth(unsigned int scalar) { return wcwidth((wchar_t)scalar); }

static int is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

int ksx_use_utf8(void) {
  static const char *const names[] = {"", "C.UTF-8", "C.utf8", "en_US.UTF-8"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (setlocale(LC_CTYPE, names[i]) && is_utf8()) return 1;
  return 0;
}

int ksx_window_size(int fd, int *rows, int *columns) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) return -1;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

int ksx_set_dumpable(int may) { return prctl(PR_SET_DUMPABLE, may ? 1 : 0, 0, 0, 0); }
int ksx_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1; }

static atomic_flag claimed = ATOMIC_FLAG_INIT;
int ksx_screen_claim(void) { return !atomic_flag_test_and_set(&claimed); }
void ksx_screen_release(void) { atomic_flag_clear(&claimed); }

// Signals that become bytes.

static const int caught[] = {SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGCONT};
enum { caught_count = sizeof caught / sizeof *caught };
static struct sigaction before_catch[caught_count];
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number) {
  int saved = errno;
  char byte = (char)number;
  // A full pipe already says all there is to say.
  (void)!write(signal_pipe[1], &byte, 1);
  errno = saved;
}

int ksx_signals_catch(void) {
  if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0) return -1;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < caught_count; i++) {
    // nohup asked for a program that outlives its terminal.
    sigaction(caught[i], NULL, &before_catch[i]);
    if (caught[i] == SIGHUP && before_catch[i].sa_handler == SIG_IGN) continue;
    sigaction(caught[i], &action, NULL);
  }
  return signal_pipe[0];
}

void ksx_signals_let_go(void) {
  for (int i = 0; i < caught_count; i++) sigaction(caught[i], &before_catch[i], NULL);
  close(signal_pipe[0]);
  close(signal_pipe[1]);
  signal_pipe[0] = signal_pipe[1] = -1;
}

// The terminal as it was, whatever happens.

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS};
enum { fatal_count = sizeof fatal / sizeof *fatal };
static struct sigaction before_arm[fatal_count];
static struct termios saved_modes;
static char restore_bytes[512];
static size_t restore_count;
static int restore_fd = -1;
static int saved_stderr = -1;
static atomic_int armed;

static void restore(void) {
  if (!atomic_exchange(&armed, 0)) return;
  (void)!write(restore_fd, restore_bytes, restore_count);
  tcsetattr(restore_fd, TCSANOW, &saved_modes);
  if (saved_stderr >= 0) dup2(saved_stderr, STDERR_FILENO);
}

static void on_fatal(int number, siginfo_t *info, void *context) {
  (void)context;
  restore();
  for (int i = 0; i < fatal_count; i++)
    if (fatal[i] == number) sigaction(number, &before_arm[i], NULL);
  // Returning repeats the fault into the former handler; a signal that was sent must be sent again.
  if (info->si_code <= 0) raise(number);
}

void ksx_restore_arm(int fd) {
  static char stack[65536];
  static atomic_flag registered = ATOMIC_FLAG_INIT;
  // Twice would take the modes of the screen and the handlers below for the former ones.
  if (atomic_load(&armed)) return;
  if (!atomic_flag_test_and_set(&registered)) atexit(restore);
  restore_fd = fd;
  restore_count = 0;
  tcgetattr(fd, &saved_modes);
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fatal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &action, &before_arm[i]);
  atomic_store(&armed, 1);
}

void ksx_restore_with(const char *bytes, size_t count) {
  restore_count = count < sizeof restore_bytes ? count : sizeof restore_bytes;
  memcpy(restore_bytes, bytes, restore_count);
}

void ksx_restore_disarm(void) {
  if (!atomic_exchange(&armed, 0)) return;
  for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &before_arm[i], NULL);
}

void ksx_stderr_divert(int fd) {
  if (saved_stderr < 0) saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(fd, STDERR_FILENO);
}

void ksx_stderr_return(void) {
  if (saved_stderr < 0) return;
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  saved_stderr = -1;
}

static atomic_int continued;
static void on_continue(int number) {
  (void)number;
  atomic_store(&continued, 1);
}

void ksx_stop(void) {
  struct sigaction action, before_continue, before_stop;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_continue;
  atomic_store(&continued, 0);
  sigaction(SIGCONT, &action, &before_continue);
  action.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &action, &before_stop);
  kill(0, SIGTSTP);
  // The kernel may stop the process through another thread while this one runs on for a moment.
  // An orphaned process group is never stopped, so the wait is bounded.
  for (int i = 0; i < 50 && !atomic_load(&continued); i++) poll(NULL, 0, 1);
  sigaction(SIGTSTP, &before_stop, NULL);
  sigaction(SIGCONT, &before_continue, NULL);
}
