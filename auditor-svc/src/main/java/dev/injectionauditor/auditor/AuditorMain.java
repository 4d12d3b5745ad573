package dev.injectionauditor.auditor;

import dev.injectionauditor.service.ServiceCommand;
import java.util.Map;

/** Entry point of the service. */
public final class AuditorMain {

    private AuditorMain() {}

    /** Runs the service until it is told to stop. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        System.exit(ServiceCommand.run(new AuditorOptions(environment), environment, arguments));
    }
}
