package dev.injectionauditor.importer;

import dev.injectionauditor.service.ServiceCommand;
import java.util.Map;

/** Entry point of {@code ./run import}. */
public final class ImportMain {

    private ImportMain() {}

    /** Imports and ends. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        System.exit(ServiceCommand.run(new ImportOptions(environment), environment, arguments));
    }
}
