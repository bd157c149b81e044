#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

void ksx_allow_files(int count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  if (count >= 0) limit.rlim_max = (rlim_t)count;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int ksx_set_dumpable(int may) { return prctl(PR_SET_DUMPABLE, may ? 1 : 0, 0, 0, 0); }
int ksx_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1; }

static atomic_flag claimed = ATOMIC_FLAG_INIT;
int ksx_screen_claim(void) { return !atomic_flag_test_and_set(&claimed); }
void ksx_screen_release(void) { atomic_flag_clear(&claimed); }

// Signals that become bytes.

// What a user or a supervisor sends.
static const int caught[] = {SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGCONT, SIGTSTP};
// What would end the process on the spot, and leave the terminal as it is.
static const int ending[] = {SIGALRM, SIGUSR1, SIGUSR2,   SIGVTALRM, SIGPROF,
                             SIGIO,   SIGPWR,  SIGSTKFLT, SIGXCPU,   SIGXFSZ};
enum { caught_count = sizeof caught / sizeof *caught, ending_count = sizeof ending / sizeof *ending };
static struct sigaction before_catch[_NSIG];
static char is_caught[_NSIG];
static int signal_pipe[2] = {-1, -1};

static void let_go_of_output(int number);

static void on_signal(int number) {
  int saved = errno;
  char byte = (char)number;
  // A full pipe already says all there is to say.
  (void)!write(signal_pipe[1], &byte, 1);
  if (number != SIGWINCH && number != SIGCONT && number != SIGTSTP) let_go_of_output(number);
  errno = saved;
}

static void catch_one(int number, int only_default) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  if (sigaction(number, NULL, &before_catch[number]) < 0) return;
  // nohup asked for a program that outlives its terminal, and other handlers have their reasons; that of SIGQUIT
  // is the Swift runtime's, which takes it for a crash.
  if (before_catch[number].sa_handler == SIG_IGN && number != SIGINT && number != SIGTERM) return;
  if (before_catch[number].sa_handler != SIG_DFL && only_default) return;
  is_caught[number] = sigaction(number, &action, NULL) == 0;
}

/// Lets the calling thread be interrupted: in a program that dispatches its main queue it is a worker, and those block
/// signals, so that a write of theirs would be held whatever arrives.
static void unblock(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number < _NSIG; number++)
    if (is_caught[number]) sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int ksx_signals_catch(void) {
  if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0) return -1;
  for (int i = 0; i < caught_count; i++) catch_one(caught[i], 0);
  for (int i = 0; i < ending_count; i++) catch_one(ending[i], 1);
  for (int number = SIGRTMIN; number <= SIGRTMAX; number++) catch_one(number, 1);
  unblock();
  return signal_pipe[0];
}

void ksx_signals_let_go(void) {
  for (int number = 1; number < _NSIG; number++) {
    if (is_caught[number]) sigaction(number, &before_catch[number], NULL);
    is_caught[number] = 0;
  }
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
static int restore_fd = -1, armed_fd = -1;
static int saved_stderr = -1;
static char last_words[2048];
static size_t last_words_count;
static atomic_int armed;

// A terminal that takes no output holds the write for ever; then the way out is to write to nowhere.

static int null_fd = -1;
static atomic_int is_writing, must_end, is_diverted;
static pthread_t writer;

static int takes_output(int milliseconds) {
  struct pollfd polled = {.fd = restore_fd, .events = POLLOUT};
  return poll(&polled, 1, milliseconds) == 1 && polled.revents & POLLOUT;
}

static void divert_output(void) {
  if (null_fd < 0 || atomic_exchange(&is_diverted, 1)) return;
  dup2(null_fd, STDOUT_FILENO);
}

static void let_go_of_output(int number) {
  // Ctrl-c and ctrl-\\ for another program in the foreground come here, too, and this one goes on afterwards.
  if (number != SIGINT && number != SIGQUIT) atomic_store(&must_end, 1);
  if (!atomic_load(&is_writing)) return;
  divert_output();
  // Interrupted, the write begins again, with what the descriptor is now.
  if (!pthread_equal(pthread_self(), writer)) pthread_kill(writer, number);
}

void ksx_output_begin(void) {
  writer = pthread_self();
  atomic_store(&is_writing, 1);
  if (atomic_load(&must_end) && !takes_output(100)) divert_output();
}

void ksx_output_end(void) { atomic_store(&is_writing, 0); }

/// Writes what the terminal takes within a second; what waits to be shown is dropped for it.
static void write_in_time(const char *bytes, size_t count) {
  int flags = fcntl(restore_fd, F_GETFL);
  fcntl(restore_fd, F_SETFL, flags | O_NONBLOCK);
  for (int attempt = 0; count > 0 && attempt < 10; attempt++) {
    if (!takes_output(100)) {
      tcflush(restore_fd, TCOFLUSH);
      continue;
    }
    ssize_t written = write(restore_fd, bytes, count);
    if (written <= 0) continue;
    bytes += written;
    count -= (size_t)written;
  }
  fcntl(restore_fd, F_SETFL, flags);
}

static void restore(void) {
  if (!atomic_exchange(&armed, 0)) return;
  write_in_time(restore_bytes, restore_count);
  tcsetattr(restore_fd, TCSANOW, &saved_modes);
  if (saved_stderr >= 0) dup2(saved_stderr, STDERR_FILENO);
}

static void on_fatal(int number, siginfo_t *info, void *context) {
  (void)context;
  restore();
  (void)!write(STDERR_FILENO, last_words, last_words_count);
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
  // Numbers of their own: standard output may lead elsewhere when they are needed.
  armed_fd = fd;
  restore_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (restore_fd < 0) restore_fd = fd;
  null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  atomic_store(&must_end, 0);
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

void ksx_say_when_crashed(const char *words) {
  last_words_count = 0;
  size_t count = strnlen(words, sizeof last_words - 1);
  memcpy(last_words, words, count);
  if (count > 0) last_words[count++] = '\n';
  last_words_count = count;
}

void ksx_restore_disarm(void) {
  last_words_count = 0;
  int was_diverted = atomic_exchange(&is_diverted, 0);
  if (was_diverted) {
    // What ends the screen went nowhere.
    int is_armed = atomic_load(&armed);
    restore();
    atomic_store(&armed, is_armed);
    dup2(restore_fd, STDOUT_FILENO);
  }
  if (!atomic_exchange(&armed, 0)) return;
  if (null_fd >= 0) close(null_fd);
  null_fd = -1;
  if (restore_fd > STDERR_FILENO && restore_fd != armed_fd) close(restore_fd);
  restore_fd = -1;
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

// A line that is typed without an echo, and a terminal that has it again however that ends.

static const int leaving[] = {SIGHUP,  SIGINT,  SIGQUIT,   SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU,
                              SIGALRM, SIGUSR1, SIGUSR2,   SIGXCPU, SIGPIPE};
enum { leaving_count = sizeof leaving / sizeof *leaving };
static struct sigaction before_hiding[leaving_count];
static struct termios shown_modes, hidden_modes;
static int hidden_fd = -1;

/// Shows typing, has the former handler take the signal, and hides it again where the process goes on.
static void on_leaving(int number) {
  int saved = errno;
  struct sigaction own;
  sigset_t mask, before;
  int index = 0;
  while (index < leaving_count && leaving[index] != number) index++;
  if (index == leaving_count) return;
  tcsetattr(hidden_fd, TCSANOW, &shown_modes);
  sigaction(number, &before_hiding[index], &own);
  sigemptyset(&mask);
  sigaddset(&mask, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &mask, &before);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(number, &own, NULL);
  tcsetattr(hidden_fd, TCSANOW, &hidden_modes);
  errno = saved;
}

int ksx_hide_typing(int fd) {
  if (tcgetattr(fd, &shown_modes) < 0) return -1;
  hidden_modes = shown_modes;
  hidden_modes.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
  hidden_fd = fd;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_leaving;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < leaving_count; i++) {
    sigaction(leaving[i], NULL, &before_hiding[i]);
    if (before_hiding[i].sa_handler != SIG_IGN) sigaction(leaving[i], &action, NULL);
  }
  if (tcsetattr(fd, TCSAFLUSH, &hidden_modes) == 0) return 0;
  ksx_show_typing();
  return -1;
}

void ksx_show_typing(void) {
  tcsetattr(hidden_fd, TCSAFLUSH, &shown_modes);
  for (int i = 0; i < leaving_count; i++) sigaction(leaving[i], &before_hiding[i], NULL);
}

static atomic_int continued;
static void on_continue(int number) {
  (void)number;
  atomic_store(&continued, 1);
}

/// Whether another process group has the terminal, as after `bg`.
static int is_in_background(void) {
  pid_t group = tcgetpgrp(STDIN_FILENO);
  return group >= 0 && group != getpgrp();
}

static void stop(int number) {
  struct sigaction action, before_continue, before_stop;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_continue;
  sigaction(SIGCONT, &action, &before_continue);
  action.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &action, &before_stop);
  do {
    atomic_store(&continued, 0);
    kill(0, number);
    // The kernel may stop the process through another thread while this one runs on for a moment.
    // An orphaned process group is never stopped, so the wait is bounded.
    for (int i = 0; i < 50 && !atomic_load(&continued); i++) poll(NULL, 0, 1);
    number = SIGTTOU;
  } while (atomic_load(&continued) && is_in_background());
  sigaction(SIGTSTP, &before_stop, NULL);
  sigaction(SIGCONT, &before_continue, NULL);
}

void ksx_stop(void) { stop(SIGTSTP); }

void ksx_stop_in_background(void) {
  if (is_in_background()) stop(SIGTTOU);
}
