/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_serve.c: `webkeep serve`: the service in the foreground, until SIGTERM or SIGINT. */
#include "cli/commands.h"

#include "api/service.h"
#include "crawler/crawler.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

/* A URL that a person on this machine can paste: of "0.0.0.0" too. */
static void pasteable(const char *address, char *to, size_t size)
{
    struct str s = str_of(address);
    bool any = str_starts(s, STR_LIT("0.0.0.0:")) || str_starts(s, STR_LIT("[::]:"));
    const char *port = strrchr(address, ':');
    snprintf(to, size, "http://%s%s", any ? "127.0.0.1" : address, any && port ? port : "");
}

static void greet(const struct service *service, const char *new_key)
{
    char url[400];
    pasteable(service_address(service), url, sizeof url);
    printf("Webkeep serves at %s/api\n", url);
    if (new_key[0]) {
        printf("\nThis is the first API key. It is shown once, so keep it:\n\n  %s\n\n"
               "Try it:\n\n  curl -X POST %s/api/scrape -H 'x-api-key: %s' \\\n"
               "    -H 'Content-Type: application/json' \\\n"
               "    -d '{\"urls\": [{\"url\": \"https://example.com\"}]}'\n\n",
               new_key, url, new_key);
    }
    fflush(stdout);
}

static int wait_for_signal(const sigset_t *set)
{
    int number;
    while (sigwait(set, &number) != 0 || number == SIGHUP)
        continue;
    return number;
}

/* The signals that end it are waited for, not caught: blocked before the first thread is made. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int take_settings(struct args *args)
{
    struct diag diag;
    struct config *config = &args->config;
    if ((args->listen.n && config_set(config, STR_LIT("server.listen"), args->listen, &diag) != OK) ||
        (args->public_url.n &&
         config_set(config, STR_LIT("server.public_url"), args->public_url, &diag) != OK))
        return complain(EXIT_USAGE, "%s", diag.text);
    return EXIT_DONE;
}

int cmd_serve(struct args *args)
{
    char path[PATH_MAX], command[400], new_key[SERVICE_KEY_TEXT];
    struct service *service;
    struct diag diag = {0};
    sigset_t set;
    int code = take_settings(args);
    if (code == EXIT_DONE)
        code = data_folder(args, path, sizeof path);
    if (code != EXIT_DONE)
        return code;
    snprintf(command, sizeof command, "serve %.300s", args->config.server_listen);
    const struct service_options options = {.config = &args->config,
                                            .data_dir = path,
                                            .command = command,
                                            .allow_all_private = args->serve_open,
                                            .allow_private = args->serve_allow,
                                            .log_json = args->log_json};
    block_signals(&set);
    enum status st = service_create(&options, &service, new_key, &diag);
    if (st != OK)
        return complain(status_class(st) == STATUS_STOP || st == ST_BUSY ? EXIT_STORAGE : EXIT_USAGE,
                        "%s", diag.text);
    greet(service, new_key);
    explicit_bzero(new_key, sizeof new_key);
    wait_for_signal(&set);
    service_destroy(service);
    return EXIT_DONE;
}
