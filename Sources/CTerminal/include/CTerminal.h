// What must be C: signal handlers and the state they touch, and functions that Swift's Glibc hides.
#pragma once
#include <stddef.h>

/// Columns of one code point; 0 for a combining one, -1 for what cannot be printed.
int ksx_wcwidth(unsigned int scalar);

/// Takes the character set from the environment, or C.UTF-8 when that one is not UTF-8.
/// Without it ncurses drops every other glyph silently. Only LC_CTYPE is touched.
int ksx_use_utf8(void);

/// Rows and columns of the terminal `fd`, or -1.
int ksx_window_size(int fd, int *rows, int *columns);

/// Lets this process open `count` files at once, for good; all that it may when `count` is negative.
void ksx_allow_files(int count);

/// 1 for the first caller until `ksx_screen_release`, else 0.
int ksx_screen_claim(void);
void ksx_screen_release(void);

/// From now on SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGCONT and SIGTSTP, and the signals that would end the process
/// by default, each write their number as one byte to a pipe. One that is ignored or handled already stays so.
/// Returns the end to read, which never blocks, or -1. Must come before newterm, or ncurses takes them.
int ksx_signals_catch(void);
/// Puts the former handlers back and closes the pipe.
void ksx_signals_let_go(void);

/// Between these two the calling thread writes to the terminal. When the terminal takes nothing, a signal to end the
/// program sends the rest to nowhere, so that the thread goes on.
void ksx_output_begin(void);
void ksx_output_end(void);

/// On a crash or exit() gives the terminal `fd` its present modes back, and then lets the former
/// handler have its turn. Must come before the modes are changed.
void ksx_restore_arm(int fd);
/// What to write to the terminal then.
void ksx_restore_with(const char *bytes, size_t count);
/// What to write to standard error after a crash, once the terminal is as it was; nothing after `ksx_restore_disarm`.
void ksx_say_when_crashed(const char *words);
void ksx_restore_disarm(void);

/// Sends standard error to `fd` until `ksx_stderr_return`; a crash brings it back too.
void ksx_stderr_divert(int fd);
void ksx_stderr_return(void);

/// Has the terminal `fd` show nothing that is typed, until `ksx_show_typing` or a signal that ends or stops the process.
/// 0 on success.
int ksx_hide_typing(int fd);
void ksx_show_typing(void);

/// Whether the kernel may write this process's memory to a file (PR_SET_DUMPABLE). 0 on success.
int ksx_set_dumpable(int may);
int ksx_is_dumpable(void);

/// Stops the process group as ctrl-z does; returns when it was continued and has the terminal.
void ksx_stop(void);
/// Stops it until it has the terminal, if another one does: who draws there then draws over a shell's prompt.
void ksx_stop_in_background(void);
