package dev.injectionauditor.service;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs the command of a service: options from command line and environment, all bad settings on standard error, exit
 * code {@value #EXIT_BAD_SETTINGS} for them. Whatever ends the command, an {@link Error} too, ends in an exit code.
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
        CommandLine commandLine = new CommandLine(command);
        String version = command.getClass().getPackage().getImplementationVersion();
        commandLine
                .getCommandSpec()
                .version(version == null ? "not packaged" : version)
                .usageMessage()
                .footer(footer(commandLine.getCommandSpec()));
        return commandLine
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(40)
                .setExecutionStrategy(ServiceCommand::execute)
                .setParameterExceptionHandler(ServiceCommand::badArguments)
                .setExecutionExceptionHandler(ServiceCommand::failed);
    }

    private static String[] footer(CommandSpec command) {
        String example = command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(OptionSpec::longestName)
                .findFirst()
                .map(option -> "; for instance " + EnvironmentDefaults.variable(option) + " for " + option)
                .orElse("");
        return new String[] {
            "",
            "Every option can be given as an environment variable too: its name in capitals, with '_' for '-', after "
                    + EnvironmentDefaults.PREFIX + example + ". The command line wins over the environment. "
                    + EnvironmentDefaults.PREFIX + "LOG_LEVEL sets the log level (ERROR, WARN, INFO, DEBUG, TRACE).",
            "",
            "Exit codes: " + EXIT_BAD_SETTINGS + " for bad settings, all of which are listed; " + EXIT_FAILED
                    + " for any other failure."
        };
    }

    private static int execute(ParseResult parsed) {
        if (parsed.isUsageHelpRequested()) {
            // The help shows defaults: those of the software, not what the environment holds, secrets among it.
            parsed.commandSpec().defaultValueProvider(null);
        }
        try {
            return new RunLast().execute(parsed);
        } catch (Error failure) { // picocli hands over exceptions only
            return failed(failure, parsed.commandSpec().commandLine());
        }
    }

    private static int badArguments(ParameterException problem, String[] arguments) {
        // Only names are repeated: a mistyped option can have a secret for its value.
        PrintWriter err = problem.getCommandLine().getErr();
        if (problem instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            err.println(first.startsWith("-") ? "unknown option: " + nameOnly(first) : "unexpected argument");
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

    private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof BadSettingsException bad) {
            bad.problems().forEach(err::println);
            return EXIT_BAD_SETTINGS;
        }
        err.println("cannot start: " + Failures.inOneLine(failure));
        return EXIT_FAILED;
    }

    /** The process has to end: with its main thread gone and others left, it would live on and do nothing. */
    private static int failed(Error failure, CommandLine command) {
        try {
            command.getErr().println("failed: " + Failures.inOneLine(failure));
        } catch (Error again) {
            // no memory to tell of it; the exit code does
        }
        return EXIT_FAILED;
    }
}
