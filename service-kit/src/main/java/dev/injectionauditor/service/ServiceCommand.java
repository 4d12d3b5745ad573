package dev.injectionauditor.service;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs the command of a service: options from command line and environment, all bad settings on standard error, exit
 * code {@value #EXIT_BAD_SETTINGS} for them.
 */
public final class ServiceCommand {

    /** Exit code for settings that the service cannot start with. */
    public static final int EXIT_BAD_SETTINGS = 2;

    private static final int EXIT_FAILED = 1;

    private ServiceCommand() {}

    /**
     * Runs the command and gives the exit code for the process.
     *
     * @param command an object with picocli annotations that returns its exit code; may throw
     *     {@link BadSettingsException}
     */
    public static int run(Callable<Integer> command, Map<String, String> environment, String... arguments) {
        return commandLine(command, environment).execute(arguments);
    }

    static CommandLine commandLine(Callable<Integer> command, Map<String, String> environment) {
        return new CommandLine(command)
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(40)
                .setParameterExceptionHandler(ServiceCommand::badArguments)
                .setExecutionExceptionHandler(ServiceCommand::failed);
    }

    private static int badArguments(ParameterException problem, String[] arguments) {
        // Only names are repeated: a mistyped option can have a secret for its value.
        PrintWriter err = problem.getCommandLine().getErr();
        if (problem instanceof UnmatchedArgumentException unmatched) {
            err.println("unknown option or argument: "
                    + nameOnly(unmatched.getUnmatched().getFirst()));
        } else {
            err.println(problem.getMessage());
        }
        err.println("--help lists all options.");
        return EXIT_BAD_SETTINGS;
    }

    private static String nameOnly(String argument) {
        int equals = argument.indexOf('=');
        return equals < 0 ? argument : argument.substring(0, equals);
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof BadSettingsException bad) {
            bad.problems().forEach(err::println);
            return EXIT_BAD_SETTINGS;
        }
        err.println("cannot start: " + Failures.inOneLine(failure));
        return EXIT_FAILED;
    }
}
