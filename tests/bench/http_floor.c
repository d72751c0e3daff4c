/* SPDX-License-Identifier: Apache-2.0 */
/* http_floor.c: what libmicrohttpd costs by itself: one constant reply, with the flags that the service uses.
 *
 *   http_floor [PORT [THREADS]]
 *
 * Listens on 127.0.0.1 (port 0: any) and says where; every request is answered with 200 bytes of JSON. It ends when
 * its standard input does, so that it never outlives what started it. It has no routes, keys, limits or log, and
 * shares no code with Webkeep, so that it stays the same when Webkeep changes. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPLY_BYTES 200

static enum MHD_Result answer(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *n_bytes, void **slot)
{
    (void)url;
    (void)method;
    (void)version;
    (void)bytes;
    if (!*slot || *n_bytes) { /* the head, or a piece of the body */
        *slot = user;
        *n_bytes = 0;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(REPLY_BYTES, user, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    static char body[REPLY_BYTES + 1];
    unsigned port = argc > 1 ? (unsigned)atoi(argv[1]) : 0,
             threads = argc > 2 ? (unsigned)atoi(argv[2]) : 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char dropped[256];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(body, sizeof body, "{\"status\":\"completed\",\"text\":\"%0*d\"}", REPLY_BYTES - 32, 0);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, body,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16 << 10, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "127.0.0.1:%u can't be listened on\n", port);
        return 1;
    }
    printf("http://127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (read(STDIN_FILENO, dropped, sizeof dropped) > 0) {
    }
    MHD_stop_daemon(daemon);
    return 0;
}
