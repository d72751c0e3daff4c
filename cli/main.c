/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: the table of commands, and main(). What each takes is told by options.c. */
#include "cli/commands.h"

#include "crawler/crawler.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define FETCH_OPTIONS                                                                                   \
    "concurrency delay no-robots keep-noindex user-agent header cookies proxy cacert insecure "         \
    "public-only "                                                                                      \
    "allow-private"

const struct command_spec commands[] = {
    {"crawl", "URL [options]", "crawl a site into the archive, and export it",
     "instruction policy transform schema max-pages max-depth include exclude subdomains whole-domain "
     "ignore-query "
     "follow-base-redirect " FETCH_OPTIONS " out force data json quiet",
     "  webkeep crawl https://docs.example.com/ --out docs.zip\n"
     "  webkeep crawl https://docs.example.com/ --out docs.zip \\\n"
     "      --instruction \"Follow all documentation pages. Skip changelog and login pages.\"\n"
     "  webkeep crawl https://example.com/guide --max-pages 50 --exclude '/guide/old/**' --out guide/\n",
     1, 1, cmd_crawl},
    {"list", "[options]", "the jobs of the archive", "data json", "  webkeep list\n", 0, 0, cmd_list},
    {"pages", "JOB [options]", "the pages of a job", "data json",
     "  webkeep pages last\n  webkeep pages docs.example.com --json\n", 1, 1, cmd_pages},
    {"show", "JOB URL [options]", "one page as it is stored", "html markdown meta front-matter data",
     "  webkeep show last https://docs.example.com/intro\n", 2, 2, cmd_show},
    {"why", "JOB URL [options]", "why a URL was kept, skipped or failed", "data json",
     "  webkeep why last https://docs.example.com/changelog\n", 2, 2, cmd_why},
    {"status", "JOB [options]", "how a job ended, and whether all is there that the site names",
     "data json", "  webkeep status last\n", 1, 1, cmd_status},
    {"extract", "JOB [options]", "new data from cached pages, without a request",
     "transform schema output dry-run data json quiet",
     "  webkeep extract last --transform \"titles, headings and code blocks\" > rows.jsonl\n"
     "  webkeep extract last --transform \"titles\" --dry-run\n",
     1, 1, cmd_extract},
    {"export", "JOB --out WHERE [options]", "write a job as ZIP, folder, Markdown or JSON Lines",
     "out include=parts front-matter force data quiet",
     "  webkeep export last --out docs.zip\n  webkeep export last --out docs/ --include markdown\n"
     "  webkeep export last --out - | ssh backup 'cat > docs.zip'\n",
     1, 1, cmd_export},
    {"resume", "JOB [options]", "go on with a crawl that stopped",
     "max-pages cookies header proxy out force data json quiet",
     "  webkeep resume last\n  webkeep resume last --max-pages 500\n", 1, 1, cmd_resume},
    {"retry", "JOB [options]", "fetch the failed pages of a crawl again",
     "cookies header proxy out force data json quiet", "  webkeep retry last\n", 1, 1, cmd_retry},
    {"cancel", "JOB [options]", "stop a crawl that runs; what it has is kept", "data",
     "  webkeep cancel last\n", 1, 1, cmd_cancel},
    {"delete", "JOB [options]", "remove a job and its pages", "data", "  webkeep delete 0199c2f4\n", 1,
     1, cmd_delete},
    {"check", "[options]", "read the whole archive and report what is damaged", "data json",
     "  webkeep check\n", 0, 0, cmd_check},
    {"repack", "[JOB...] [options]", "pack stored pages smaller, when there is time for it",
     "level data json quiet", "  webkeep repack\n  webkeep repack last --level 9\n", 0, ARGS_MAX,
     cmd_repack},
    {"plan", "URL --instruction TEXT | --jsonl",
     "what an instruction means, and what it says of a page's links",
     "instruction policy policy-out propose include exclude max-depth subdomains whole-domain "
     "ignore-query " FETCH_OPTIONS " json jsonl",
     "  webkeep plan https://docs.example.com/ --instruction \"Only the API reference\"\n", 0, 1,
     cmd_plan},
    {"convert", "[options] < page.html", "HTML on stdin to Markdown on stdout",
     "url content-only relative-links front-matter jsonl as",
     "  webkeep convert --url https://example.com/ < page.html > page.md\n", 0, 0, cmd_convert},
    {"serve", "[options]", "the REST service, in the foreground until SIGTERM",
     "data listen public-url allow-private=serve log-json",
     "  webkeep serve --data /var/lib/webkeep\n"
     "  webkeep serve --listen 0.0.0.0:8787 --public-url https://webkeep.example.com\n"
     "  webkeep serve --allow-private intranet.example:8080\n",
     0, 0, cmd_serve},
    {"keys", "create | list | revoke ID [options]", "API keys of the service",
     "name credits rate expires data json quiet",
     "  webkeep keys create --name ci --credits 5000 --rate 600/60\n  webkeep keys list\n"
     "  webkeep keys revoke ci\n",
     1, 2, cmd_keys},
    {"version", "", "the version", "", "  webkeep version\n", 0, 0, cmd_version},
};
const size_t n_commands = ARRAY_LEN(commands);

/* A closed standard stream would give its number to the next file that is opened, such as the store's, and
 * what is printed would be written there. They are held the wrong way round, so that their use fails. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* What was printed may have gone nowhere. A reader that had enough and left is no trouble. */
static int finish_stdout(int code)
{
    bool lost = fflush(stdout) != 0;
    if (!lost && !ferror(stdout))
        return code;
    struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&p, 1, 0) == 1 && p.revents & POLLERR)
        return code;
    complain(EXIT_STORAGE, "stdout could not be written to its end: is it closed, or the disk full?");
    return code == EXIT_DONE ? EXIT_STORAGE : code;
}

int main(int argc, char **argv)
{
    struct args args;
    const struct command_spec *command;
    hold_standard_streams();
    signal(SIGPIPE, SIG_IGN);
    int code = options_read(argc, argv, &args, &command);
    if (!command || code != EXIT_DONE)
        return finish_stdout(code);
    if (crawler_global_init() != OK)
        return complain(EXIT_STORAGE, "libcurl can't be initialised");
    code = command->run(&args);
    crawler_global_fini();
    arena_fini(&args.arena);
    return finish_stdout(code);
}
