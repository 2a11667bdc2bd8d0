#pragma once
#include <libssh2.h>
#include <malloc.h>

// libssh2 takes its callbacks as untyped pointers (and 1.11 renames the function): here they have a type.
typedef ssize_t (*plumbline_receive)(libssh2_socket_t, void *, size_t, int, void **);
typedef ssize_t (*plumbline_send)(libssh2_socket_t, const void *, size_t, int, void **);
typedef void (*plumbline_disconnect)(LIBSSH2_SESSION *, int, const char *, int, const char *, int, void **);

static inline void plumbline_set_callbacks(
    LIBSSH2_SESSION *session, plumbline_receive receive, plumbline_send send, plumbline_disconnect disconnect)
{
#if LIBSSH2_VERSION_NUM >= 0x010b01
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_RECV, (libssh2_cb_generic *)receive);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_SEND, (libssh2_cb_generic *)send);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_DISCONNECT, (libssh2_cb_generic *)disconnect);
#else
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)disconnect);
#endif
}
